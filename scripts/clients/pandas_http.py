"""pandas and the HTTP API's formats."""

import io

import pandas

from lake import check, get

PATH = "/v1/datasets/passengers/rows"

frame = pandas.read_json(io.StringIO(get(PATH, format="columns", select="passenger_id,name")), orient="columns")
check("pandas reads the columns format", frame["passenger_id"].tolist(), [1, 2, 9007199254740993])
frame = pandas.read_csv(io.StringIO(get(PATH, format="csv", select="passenger_id,name")), keep_default_na=False)
check("pandas reads the CSV format", frame["name"].tolist(), ["Javier Peña", 'Rosa "Mendoza"', "O'Brien"])
frame = pandas.read_csv(io.StringIO(get(PATH, format="csv", select="seat_number")), skip_blank_lines=False)
check("pandas reads a single CSV column", len(frame), 3)
