"""One file per kind of SLI: what to ask for it, and what the answers mean."""
