"""Changes to production as deployment tools tell them."""
