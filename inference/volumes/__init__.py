"""From the files of a CT series to a volume in Hounsfield units, and onto another grid."""
