-- Seats are text, as 12A: the number of the row comes first, and the letter after it.
SELECT seat_number, name, passenger_id
FROM passengers
WHERE flight_id = :flight
  AND starts_with(name, :name)
ORDER BY length(seat_number), seat_number, passenger_id, dt
