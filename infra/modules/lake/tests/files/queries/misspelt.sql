SELECT 1 FROM passengers
