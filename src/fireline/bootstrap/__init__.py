"""The one place where everything is built and joined."""
