"""The files and columns that each format defines. What stands beside them is named, since nobody reads it."""

from exchange.bundle import Problem
from exchange.reading import Files

Columns = dict[str, str]

_PERSON_V1 = (
    "ID,School DfE Number,First Name,Last Name,Username,Password,State ID,Secondary Email,Middle Name,Status,Phone"
)
SDS_V1: Columns = {
    "school.csv": "DfE Number,Name,School Number,School NCES_ID,State ID,Grade Low,Grade High,Principal SIS ID,"
    "Principal Name,Principal Secondary Email,Address,City,State,Country,Postal Code,Phone,Zone",
    "section.csv": "ID,School DfE Number,Section Name,Section Number,Term SIS ID,Term Name,Term StartDate,Term EndDate,"
    "Course SIS ID,Course Name,Course Number,Course Description,Course Subject,Periods,Status",
    "student.csv": f"{_PERSON_V1},Student Number,Grade,Birthdate,Graduation Year,Mailing Address,Mailing City,"
    "Mailing State,Mailing Zip,Mailing Latitude,Mailing Longitude,Residence Address,Residence City,Residence State,"
    "Residence Zip,Residence Latitude,Residence Longitude,Gender,ELL Status,FederalRace",
    "teacher.csv": f"{_PERSON_V1},Teacher Number,Title,Qualification",
    "studentenrollment.csv": "Section ID,ID",
    "teacherroster.csv": "Section ID,ID",
}
SDS_V2_1: Columns = {
    "orgs.csv": "sourcedId,name,type,parentSourcedId",
    "users.csv": "sourcedId,username,givenName,familyName,middleName,preferredGivenName,preferredMiddleName,"
    "preferredFamilyName,password,activeDirectoryMatchId,email,phone,sms",
    "roles.csv": "userSourcedId,orgSourcedId,role,sessionSourcedId,grade,isPrimary,roleStartDate,roleEndDate",
    "classes.csv": "sourcedId,orgSourcedId,title,code,sessionSourcedIds,courseSourcedId",
    "enrollments.csv": "classSourcedId,userSourcedId,role",
    "academicsessions.csv": "sourcedId,title,type,schoolYear,startDate,endDate",
    "courses.csv": "sourcedId,orgSourcedId,title,code,schoolYearSourcedId,subject,grade",
    "demographics.csv": "userSourcedId,sex,birthDate,birthCity,birthState,birthCountry,ethnicityCodes,raceCodes",
    "userflags.csv": "userSourcedId,flag",
    "relationships.csv": "userSourcedId,relationshipUserSourcedId,relationshipRole",
}
_ALWAYS = "sourcedId,status,dateLastModified"
ONEROSTER: Columns = {
    "manifest.csv": "propertyName,value",
    "orgs.csv": f"{_ALWAYS},name,type,identifier,parentSourcedId",
    "academicsessions.csv": f"{_ALWAYS},title,type,startDate,endDate,parentSourcedId,schoolYear",
    "courses.csv": f"{_ALWAYS},schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes",
    "classes.csv": f"{_ALWAYS},title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,"
    "termSourcedId,subjects,subjectCodes,periods",
    "users.csv": f"{_ALWAYS},enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,identifier,"
    "email,sms,phone,agentSourcedIds,grades,password",
    "enrollments.csv": f"{_ALWAYS},classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate",
    "demographics.csv": f"{_ALWAYS},birthDate,sex,americanIndianOrAlaskaNative,asian,blackOrAfricanAmerican,"
    "nativeHawaiianOrOtherPacificIslander,white,demographicRaceTwoOrMoreRaces,hispanicOrLatinoEthnicity,"
    "countryOfBirthCode,stateOfBirthAbbreviation,cityOfBirth,publicSchoolResidenceStatus",
}
# Files that OneRoster 1.1 has for grades and resources; nothing of them belongs here.
NOT_READ = {
    "categories.csv",
    "classresources.csv",
    "courseresources.csv",
    "lineitems.csv",
    "resources.csv",
    "results.csv",
}


def name_unknown(files: Files, known: Columns, problems: list[Problem]) -> None:
    """One problem for each file with columns that the format does not define, and for each file that it does not."""
    for name, table in files.tables.items():
        if name in NOT_READ:
            continue
        if name not in known:
            words = "Waymark does not know this file, so it was not read."
            problems.append(Problem(table.name, 0, "", "", words))
            continue
        unknown = table.unknown(known[name].split(","))
        if unknown:
            listed = ", ".join(unknown)
            words = f"Columns that Waymark does not know were not read: {listed}."
            problems.append(Problem(table.name, 1, unknown[0] if len(unknown) == 1 else "", "", words))
