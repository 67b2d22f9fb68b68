"""Products of suppliers: test data entered once, judged by every label, and the cheapest way to more labels."""
