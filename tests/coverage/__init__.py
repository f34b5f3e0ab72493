"""Which endpoints of a server the package has methods for."""
