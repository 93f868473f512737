"""Article pages to text and facts. Runs inside a killable process."""
