"""One module for each kind of SLI: its part of a document into the domain's object."""
