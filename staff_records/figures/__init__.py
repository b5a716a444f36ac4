"""What a roster comes to: experience and rates, teachers present, leaders, facts. Pure: ids and days, never a name."""
