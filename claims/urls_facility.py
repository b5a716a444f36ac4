"""The facility's pages of counts, facts and claims, below /f/<facility_number>/."""

from django.urls import path

from claims.views import additions, charges_facility, what_if
from claims.views import facility as views

app_name = "claims"

urlpatterns = [
    path("counts/", views.count_list, name="count_list"),
    path("counts/<month:month>/", views.count_page, name="count_page"),
    path("counts/<month:month>/confirm/", views.confirm_counts, name="confirm_counts"),
    path("counts/<month:month>/dispute/", views.dispute_counts, name="dispute_counts"),
    path("facts/<month:month>/", views.facts_page, name="facts_page"),
    path("charges/", charges_facility.charge_list, name="charge_list"),
    path("additions/", additions.additions, name="additions"),
    path("additions/<month:month>/answers/", additions.condition_answers, name="condition_answers"),
    path("what-if/", what_if.what_if, name="what_if"),
    path("claims/", views.claim_list, name="claim_list"),
    path("claims/<month:month>/recalculate/", views.claim_recalculate, name="claim_recalculate"),
    path("claims/<uuid:claim_id>/", views.claim_page, name="claim_page"),
    path("claims/<uuid:claim_id>/submit/", views.submit, name="submit"),
    path("claims/<uuid:claim_id>/withdraw/", views.withdraw, name="withdraw"),
    path("claims/<uuid:claim_id>/correct/", views.correct, name="correct"),
    path("claims/<uuid:claim_id>/open-correction/", views.open_correction, name="open_correction"),
    path("claims/<uuid:claim_id>/drop-correction/", views.drop_correction, name="drop_correction"),
    path("claims/<uuid:claim_id>/remark/", views.remark, name="remark"),
]
