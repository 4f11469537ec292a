SELECT :a, :b
