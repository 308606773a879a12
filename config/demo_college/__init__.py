"""The demonstration college: a sixth-form college and an 11–16 school, last year complete and this year to date.

Everything follows from the number of students, the seed and today's date, so that the same three give the same college.
"""
