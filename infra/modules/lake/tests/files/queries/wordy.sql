SELECT name FROM passengers
