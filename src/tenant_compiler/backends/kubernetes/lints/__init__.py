"""What schemas cannot say of Kubernetes objects, whoever made them: names, quantities, references, quotas.

``pack`` registers the rules, ``walk`` goes over the objects once for all of them, ``shape`` judges what any object has,
``kinds`` a single object of one kind, ``together`` objects against each other.
"""

from __future__ import annotations
