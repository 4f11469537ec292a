SELECT :limit
