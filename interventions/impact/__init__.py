"""What an intervention changed, told by many dates of the same college, or not told.

Nothing in this folder knows the database: rows are students, columns are school weeks. `estimate` is the method, the other
modules are its steps; the app's README says what was chosen, why, and what it can't see.
"""

METHOD = "many-dates-2"
