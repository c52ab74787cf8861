"""What each format of an export holds to, read back by what others read it with."""
