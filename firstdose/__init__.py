"""firstdose: from a folder of CSV files to a defensible first-in-human date."""
