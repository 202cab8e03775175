"""The central system of the charging stations (the sidecar)."""
