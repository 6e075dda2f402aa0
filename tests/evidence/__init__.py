"""Evidence for an operator's own validation: what is asked, which tests show it, how they ended here."""
