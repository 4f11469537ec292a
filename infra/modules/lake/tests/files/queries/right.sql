SELECT name FROM passengers WHERE a = :a AND b = :b
