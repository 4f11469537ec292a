SELECT name FROM passengers WHERE b = :x
