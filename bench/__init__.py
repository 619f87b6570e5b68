"""Measurements of speed and quality. Each prints ratios from one run and says what it measured against."""
