"""What pages do."""
