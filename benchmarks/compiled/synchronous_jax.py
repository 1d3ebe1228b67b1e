"""JAX at its fastest on small batches: without asynchronous dispatch, which it decides once per process."""

from __future__ import annotations

from benchmarks import timing
from benchmarks.compiled.contenders import Jax, Ours
from benchmarks.compiled.network_figures import WORKLOADS


def main() -> None:
    """Print the seconds of ours and of JAX for the first of the networks."""
    import jax

    jax.config.update("jax_cpu_enable_async_dispatch", False)
    _, network = WORKLOADS[0]
    contenders = (Ours(network), Jax(network))
    times = timing.alternate_short({contender.name: contender.step for contender in contenders})
    print(*times.values())


if __name__ == "__main__":
    main()
