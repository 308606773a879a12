def test_smoke(college):
    from uuid import uuid4

    from core import naming
    from safeguarding.actions.raising import Report, raise_concern
    from safeguarding.models import Concern

    with naming.named(college.okafor.pk):
        c = raise_concern(
            college.okafor, Report(what="x", safe_now="yes", student=college.student("Ada")), token=uuid4()
        )
        assert list(Concern.objects.visible_to(college.okafor, "safeguarding.view_own_concern")) == [c]
    with naming.named(college.rahman.pk):
        assert list(Concern.objects.all()) == [c]
    with naming.named(college.lind.pk):
        assert list(Concern.objects.all()) == []
