WITH flights AS (
  SELECT flight_id, count(*) AS passengers, count(seat_number) AS seated
  FROM passengers
  WHERE flight_id BETWEEN :first AND :last
  GROUP BY flight_id
)
SELECT flight_id, passengers, seated
FROM flights
ORDER BY passengers DESC, flight_id
LIMIT 100
