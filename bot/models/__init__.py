"""Trained models as files: which were made here, which one answers residents, and what another would answer."""
