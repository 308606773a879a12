"""The cast. Everybody knows that Ms Okafor tutors 10A, Mr Lind heads Year 10, Dr Rahman leads safeguarding and Sam is supply."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Member:
    """One member of staff: how a test calls them, who they are, and the role and container that they hold."""

    key: str
    title: str
    given: str
    family: str
    grants: tuple[tuple[str, str, str], ...] = ()  # (role code, kind of container, its name)
    note: str = ""


CAST = (
    Member("okafor", "Ms", "Ngozi", "Okafor", (("tutor", "caseload", "10A"),), "tutors 10A"),
    Member("brandt", "Mr", "Jonas", "Brandt", (("tutor", "caseload", "10B"),), "tutors 10B, the next group"),
    Member("farah", "Ms", "Hodan", "Farah", (("tutor", "caseload", "S1"),), "tutors S1 in the college"),
    Member("mendes", "Ms", "Inês", "Mendes", (("teacher", "teaching_group", "10x/Ma1"),), "teaches 10A mathematics"),
    Member("quill", "Mr", "Peter", "Quill", (("teacher", "teaching_group", "12 Biology B"),), "teaches S1 biology"),
    Member("lind", "Mr", "Erik", "Lind", (("head_of_year", "year_group", "Year 10"),), "heads Year 10"),
    Member("vance", "Ms", "Ruth", "Vance", (("head_of_year", "year_group", "Year 9"),), "heads Year 9, the next year"),
    Member("hollis", "Mr", "Dean", "Hollis", (("head_of_house", "house", "Kestrel"),), "heads Kestrel"),
    Member(
        "marsh", "Mrs", "Joan", "Marsh", (("tutor_lead", "team", "Lower school tutors"),), "leads the tutors of 10A"
    ),
    Member("doyle", "Ms", "Aoife", "Doyle", (("pastoral_manager", "site", "Waymark School"),), "manages pastoral care"),
    Member("singh", "Dr", "Harpreet", "Singh", (("area_leader", "area", "Science"),), "leads science"),
    Member("rahman", "Dr", "Aisha", "Rahman", (("dsl", "college", ""),), "leads safeguarding"),
    Member("bell", "Mr", "Tom", "Bell", (("deputy_dsl", "college", ""),), "deputises for Dr Rahman"),
    Member("achebe", "Mrs", "Grace", "Achebe", (("head", "college", ""),), "is the head"),
    Member("foster", "Mr", "Alan", "Foster", (("chair_of_governors", "college", ""),), "chairs the governors"),
    Member("novak", "Mr", "Pavel", "Novák", (("senior_leader", "college", ""),), "is a senior leader"),
    Member("price", "Ms", "Carys", "Price", (("attendance_officer", "college", ""),), "is the attendance officer"),
    Member("lowe", "Mrs", "Helen", "Lowe", (("learning_support", "college", ""),), "leads learning support"),
    Member("tran", "Mr", "Minh", "Trần", (("data_manager", "college", ""),), "is the data manager"),
    Member("ward", "Ms", "Kim", "Ward", (("system_administrator", "college", ""),), "looks after the system"),
    Member("sam", "Mx", "Sam", "Oduya", (), "is supply, with no reach at all"),
)
BY_KEY = {member.key: member for member in CAST}

# The member of the cast who stands for each role in the page-by-role table.
BY_ROLE = {
    "tutor": "okafor",
    "teacher": "mendes",
    "tutor_lead": "marsh",
    "pastoral_manager": "doyle",
    "head_of_year": "lind",
    "head_of_house": "hollis",
    "area_leader": "singh",
    "attendance_officer": "price",
    "learning_support": "lowe",
    "dsl": "rahman",
    "deputy_dsl": "bell",
    "head": "achebe",
    "chair_of_governors": "foster",
    "senior_leader": "novak",
    "data_manager": "tran",
    "system_administrator": "ward",
    "supply": "sam",
}

# (given name, family name, NC year, tutor group, house, date of birth as year-month-day)
STUDENTS = (
    ("Ada", "Ábel", 10, "10A", "Kestrel", "2011-10-04"),
    ("Ben", "Carter", 10, "10A", "Kestrel", "2012-01-19"),
    ("Chloe", "d’Souza", 10, "10A", "Merlin", "2011-09-30"),
    ("Dmytro", "Kovalenko", 10, "10A", "Merlin", "2012-03-02"),
    ("Esra", "Şahin", 10, "10A", "Kestrel", "2011-12-12"),
    ("Finn", "O'Neill", 10, "10A", "Merlin", "2012-05-07"),
    ("Gita", "Patel", 10, "10A", "Kestrel", "2012-07-21"),
    ("Hugo", "Zulu", 10, "10A", "Merlin", "2012-08-30"),
    ("Imran", "Ali", 10, "10B", "Kestrel", "2011-11-11"),
    ("Jade", "Brown", 10, "10B", "Merlin", "2012-02-02"),
    ("Kofi", "Mensah", 10, "10B", "Kestrel", "2012-04-14"),
    ("Łukasz", "Čapek", 10, "10B", "Merlin", "2011-09-09"),
    ("Mei", "Nguyễn", 10, "10B", "Kestrel", "2012-06-16"),
    ("Noor", "Hussain", 10, "10B", "Merlin", "2011-10-25"),
    ("Olivia", "Adams", 9, "9C", "Kestrel", "2013-01-05"),
    ("Pedro", "Álvarez", 9, "9C", "Merlin", "2012-11-23"),
    ("Quinn", "Taylor", 9, "9C", "Kestrel", "2013-03-13"),
    ("Rosa", "Fernandes", 9, "9C", "Merlin", "2013-06-01"),
    ("Sana", "Malik", 7, "Kestrel 1", "Kestrel", "2014-10-10"),
    ("Theo", "Evans", 8, "Kestrel 1", "Kestrel", "2013-12-24"),
    ("Uma", "Iyer", 9, "Kestrel 1", "Kestrel", "2013-02-28"),
    ("Viktor", "Horváth", 8, "Kestrel 1", "Kestrel", "2014-05-05"),
    ("Wren", "Baker", 12, "S1", "", "2010-01-30"),
    ("Xia", "Chen", 12, "S1", "", "2009-11-02"),
    ("Yusuf", "Demir", 12, "S1", "", "2010-04-22"),
    ("Zofia", "Nowak", 12, "S1", "", "2009-09-15"),
    ("Amara", "Eze", 12, "S1", "", "2010-07-07"),
    ("Bilal", "Khan", 12, "S1", "", "2010-02-18"),
    ("Carys", "Hughes", 12, "S1", "", "2009-12-31"),
    ("José", "García", 12, "S1", "", "2010-08-08"),
)
