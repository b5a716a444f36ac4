"""What every page is for and how it is used, in the words of the people who use it."""
