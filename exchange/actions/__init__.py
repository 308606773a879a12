"""What changes when rosters are imported."""
