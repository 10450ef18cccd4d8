"""The words by which columns are known, in English, Norwegian, Swedish and Danish."""

from __future__ import annotations

# Names of a time, the surest first.
TIME = (
    "time timestamp", "occurred at", "event time", "event timestamp", "timestamp", "occurred", "time", "datetime",
    "tidspunkt", "tid", "start time", "started at", "created at", "created date", "createdate", "created",
    "updated at", "updated", "recorded date", "end time", "completed at", "dato", "date", "changed at", "modified",
)  # fmt: skip

# Words of times that are no event.
NO_TIME = {
    "birth", "birthdate", "birthday", "deadline", "dob", "due", "enddate", "fodselsdato", "fødselsdato", "planned",
    "startdate",
}  # fmt: skip

# Names of what happened, the surest first.
ACTIVITY = (
    "concept name", "activity", "event name", "event", "action", "activity name", "aktivitet", "hendelse",
    "event type", "action type", "task", "step", "stage", "status", "type", "name",
)  # fmt: skip

# Names of what tells a row apart.
ROW_ID = {
    "event id", "hendelse id", "id", "insert id", "message id", "record id", "row id", "unique id",
    "uuid",
}  # fmt: skip

# Words of whose row it is, and what such ids are called.
PERSON = {
    "customer": "customer_id", "kunde": "customer_id", "client": "customer_id", "member": "customer_id",
    "person": "person_id", "user": "user_id", "bruker": "user_id", "patient": "patient_id", "contact": "contact",
    "account": "account", "case": "case", "subscriber": "customer_id", "medlem": "customer_id", "lead": "lead",
    "ticket": "ticket", "order": "order", "opportunity": "opportunity", "requester": "requester",
    "visitor": "cookie", "cookie": "cookie", "anonymous": "cookie", "device": "device", "deal": "deal",
    "conversation": "conversation", "application": "application", "claim": "claim", "policy": "policy",
    "booking": "booking",
}  # fmt: skip

# The same, written in one.
TOGETHER = {
    "customerid": "customer_id", "custid": "customer_id", "kundenr": "customer_id", "kundenummer": "customer_id",
    "kundeid": "customer_id", "userid": "user_id", "brukerid": "user_id", "medlemsnr": "customer_id",
    "caseid": "case", "clientid": "cookie", "visitorid": "cookie", "anonymousid": "cookie", "msisdn": "phone",
    "saksnr": "case", "ordrenr": "order", "orderid": "order", "ticketid": "ticket",
}  # fmt: skip

# Words that say no more than that it is an id.
ID_WORDS = {
    "c", "guid", "id", "key", "name", "no", "nr", "num", "number", "nummer", "ref", "reference", "uuid",
}  # fmt: skip

# Words of ids that are nobody's.
NO_PERSON = {
    "activity", "agent", "assignee", "batch", "brand", "campaign", "concept", "employee", "event", "file", "group",
    "instance", "item", "org", "organization", "owner", "page", "parent", "product", "resource", "row", "session",
    "sku", "status", "store", "type",
}  # fmt: skip

# Names of which came first.
ORDER = {
    "order", "position", "rekkefølge", "seq", "sequence", "version",
}  # fmt: skip

# Words of what people are called, and of what they wrote.
PRIVATE = {
    "address", "birth", "body", "comment", "description", "dob", "email", "epost", "firstname", "ip", "lastname",
    "mail", "message", "mobile", "name", "navn", "note", "notes", "password", "phone", "street", "subject",
    "surname", "telefon", "text", "title", "token",
}  # fmt: skip

# Id types that are an event's main one, if they are there.
MAIN_FIRST = (
    "customer_id", "user_id", "person_id", "patient_id", "case", "account", "contact",
)  # fmt: skip
