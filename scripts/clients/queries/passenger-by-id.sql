SELECT passenger_id, name FROM passengers WHERE passenger_id = :passenger
