-- One row per journey, measure and what it is about: when it was first asked.
select journey_key, measure, about_code, min(at_us) as asked_us
from experience_based
where not is_answer
group by journey_key, measure, about_code
