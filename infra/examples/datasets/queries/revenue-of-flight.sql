SELECT flight_id, count(*) AS bookings, sum(price) AS revenue
FROM bookings
WHERE flight_id = :flight
GROUP BY flight_id
