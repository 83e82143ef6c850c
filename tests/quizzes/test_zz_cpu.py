import time, pytest
from quizzes.delivery import services as d
from tests.factories import *
@pytest.mark.django_db
def test_cpu():
    kinds = list(KINDS)
    for q in (10, 100):
        published = make_published(kinds=(kinds*15)[:q])
        ts=[]; ss=[]; st=[]
        for i in range(12):
            e = make_entry(make_user(), published)
            t=time.process_time(); a = d.start(e, now=NOW); st.append(time.process_time()-t)
            r = a.responses.get(n=1)
            t=time.process_time(); d.save_answer(a,1,RIGHT[r.revision.kind],rev=0,now=NOW,revision_id=r.revision_id); ss.append(time.process_time()-t)
            t=time.process_time(); d.submit(a, now=NOW); ts.append(time.process_time()-t)
        m=lambda x: round(sorted(x)[len(x)//2]*1000,2)
        print("\nQ",q,"start",m(st),"save",m(ss),"submit",m(ts))
