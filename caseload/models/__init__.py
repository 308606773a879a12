"""What caseload stores, by noun."""

from caseload.models.answered import AnsweredReason
from caseload.models.calendar import AcademicYear, Closure, LessonTime, Site, Term, TimetabledLesson
from caseload.models.contacts import Contact, ContactLogEntry, StudentContact
from caseload.models.cover import CoverNote, CoverPolicy
from caseload.models.filters import SavedFilter
from caseload.models.grants import (
    GRANT_MODELS,
    AreaGrant,
    CaseloadGrant,
    College,
    CollegeGrant,
    CourseGrant,
    Grant,
    HouseGrant,
    Reach,
    RoleProposal,
    SiteGrant,
    TeachingGroupGrant,
    TeamGrant,
    YearGroupGrant,
)
from caseload.models.groups import (
    Area,
    Caseload,
    CaseloadMembership,
    Course,
    Enrolment,
    House,
    HouseMembership,
    SiteMembership,
    TeachingGroup,
    TeachingGroupMembership,
    Team,
    YearGroup,
    YearGroupMembership,
)
from caseload.models.home import HomeConsent, HomePolicy
from caseload.models.protected import EndingRequest, Suspension
from caseload.models.rollover import Rollover
from caseload.models.students import Characteristic, Student
from caseload.models.visits import Visit, VisitPolicy, VisitStep

__all__ = [
    "GRANT_MODELS",
    "AcademicYear",
    "AnsweredReason",
    "Area",
    "AreaGrant",
    "Caseload",
    "CaseloadGrant",
    "CaseloadMembership",
    "Characteristic",
    "Closure",
    "College",
    "CollegeGrant",
    "Contact",
    "ContactLogEntry",
    "Course",
    "CourseGrant",
    "CoverNote",
    "CoverPolicy",
    "EndingRequest",
    "Enrolment",
    "Grant",
    "HomeConsent",
    "HomePolicy",
    "House",
    "HouseGrant",
    "HouseMembership",
    "LessonTime",
    "Reach",
    "RoleProposal",
    "Rollover",
    "SavedFilter",
    "Site",
    "SiteGrant",
    "SiteMembership",
    "Student",
    "StudentContact",
    "Suspension",
    "TeachingGroup",
    "TeachingGroupGrant",
    "TeachingGroupMembership",
    "Team",
    "TeamGrant",
    "Term",
    "TimetabledLesson",
    "Visit",
    "VisitPolicy",
    "VisitStep",
    "YearGroup",
    "YearGroupGrant",
    "YearGroupMembership",
]
