"""What `vpok engines` tells of Unicorn on this host."""

from vpok.engines import Description
from vpok.engines.unicorn.engine import UnicornEngine
from vpok.engines.unicorn.lib import library
from vpok.engines.unicorn.tiers import choose
from vpok.kernel.errors import EngineUnavailable
from vpok.machine.memory import PAGE

ISAS = ("x86-32",)


def describe() -> Description:
    """Try everything once; whatever is missing is the reason."""
    version = ""
    try:
        version = library().version
        tier = choose(None)
        UnicornEngine(PAGE, 1).close()
    except EngineUnavailable as error:
        return Description("unicorn", version, False, "", str(error), ISAS)
    return Description("unicorn", version, True, tier.name, tier.reason, ISAS)
