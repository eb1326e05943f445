"""
The `pok` personality: POK's kernel as its partitions see it.

Where POK's own behaviour would harm others, docs/pok-compatibility.md says
what happens here instead.
"""
