"""What lies elsewhere, fetched into the workspace's private folder for as long as a run reads it."""
