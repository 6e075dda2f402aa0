"""Reference tables shipped with the package: facts with their source and whether they were read or recalled."""
