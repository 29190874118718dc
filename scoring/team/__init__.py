"""Teams and organisations: from the places of entries in one or many events to the places of their groups.

`words` is the language (it imports nothing but words, so that a scheme document can hold tables), `problems` says
what makes no sense, `placings` are the rows that come in, `table` computes, `explain` tells why.
"""
