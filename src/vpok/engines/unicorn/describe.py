"""What `vpok engines` tells of Unicorn on this host."""

from vpok.engines import Description
from vpok.engines.unicorn.engine import UnicornEngine
from vpok.engines.unicorn.isa import TARGETS
from vpok.engines.unicorn.lib import library
from vpok.engines.unicorn.tiers import choose
from vpok.kernel.errors import EngineUnavailable
from vpok.machine.memory import PAGE


def describe() -> Description:
    """Try everything once; whatever is missing is the reason."""
    version = ""
    isas = tuple(TARGETS)
    try:
        version = library().version
        tier = choose(None)
        for isa in isas:
            UnicornEngine(PAGE, 1, isa=isa).close()
    except EngineUnavailable as error:
        return Description("unicorn", version, False, "", str(error), isas)
    return Description("unicorn", version, True, tier.name, tier.reason, isas)
