"""A virtual host with an IOMMU, several NICs, and the far end of every cable."""
