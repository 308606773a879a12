"""What the analysis pages read. Each family of figures is one statement, whatever the number of students."""
