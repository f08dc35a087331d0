"""Sums of money and days that the law fixes, one function each: plain values in, `bot.legal.sums.Sum` out. Pure."""
