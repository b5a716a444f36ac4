"""What is typed about facilities and accounts."""
