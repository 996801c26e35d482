"""The plug-ins of a run behind one typed face: built-in modules and installed distributions, through the same hooks."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pluggy

from tenant_compiler import __version__, hookspecs
from tenant_compiler.model.backend import API_VERSION, Backend, Extension, PlanCheck, RulePack
from tenant_compiler.model.diagnostic import Diagnostic, TenantCompileError
from tenant_compiler.read.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from importlib.metadata import Distribution, EntryPoint

GROUP: Final = "tenant_compiler"
OURS: Final = "tenant-compiler"
"""The distribution of the built-in plug-ins."""
_PREFIX: Final = "tenant_compiler_"
_BUILT_IN: Final = (
    "tenant_compiler.plan.plugin",
    "tenant_compiler.backends.kubernetes.plugin",
    "tenant_compiler.backends.terraform.plugin",
    "tenant_compiler.backends.prometheus.plugin",
    "tenant_compiler.backends.grafana.plugin",
)


class Plugin(NamedTuple):
    """A plug-in that was found, working or not."""

    name: str
    distribution: str
    version: str
    module: str
    hooks: tuple[str, ...]
    """The hooks that it implements; empty when it is broken."""
    problem: Diagnostic | None


class _Manager(pluggy.PluginManager):
    """Takes functions by the names of the hooks, so that a plug-in need not import pluggy or us."""

    def parse_hookimpl_opts(self, plugin: Any, name: str) -> Any:
        if name.startswith(_PREFIX) and callable(getattr(plugin, name)):
            return {}
        return None


class Plugins:
    """What all plug-ins together bring. Made once a run by `load_plugins`.

    Attributes:
        found: every plug-in, built-in ones first, broken ones with their problem.
        backends: by name.
        checks: in order of registration.
        rule_packs: in order of registration.
        extensions: by the name of their section.
    """

    def __init__(self, found: Sequence[Plugin], manager: pluggy.PluginManager) -> None:
        self.found = tuple(found)
        problems: list[Diagnostic] = [plugin.problem for plugin in found if plugin.problem]
        by_module = {plugin.name: plugin for plugin in found}
        collect = _Collector(manager, by_module, problems)
        self.backends: Mapping[str, Backend] = collect.named("backends", Backend)
        self.checks: Sequence[PlanCheck] = tuple(collect.items("checks", PlanCheck))
        self.rule_packs: Sequence[RulePack] = tuple(collect.named("rule_packs", RulePack).values())
        self.extensions: Mapping[str, Extension] = collect.named("extensions", Extension)
        self.problems: Sequence[Diagnostic] = tuple(problems)
        self._owners = collect.owners
        self._distributions = {plugin.name: plugin.distribution for plugin in found}

    def is_built_in(self, hook: str, name: str) -> bool:
        """Whether a thing that a hook (``backends``, ``checks``, ``rule_packs``) gave is our own."""
        return self._distributions[self._owners[hook, name]] == OURS

    def require(self, names: Iterable[str], backends: Iterable[str]) -> None:
        """Make sure that nothing is broken and everything that the workspace names is there.

        Raises:
            TenantCompileError: TC701 to TC706, exit code 2.
        """
        problems = list(self.problems)
        known = [plugin.name for plugin in self.found]
        for name in names:
            if name not in known:
                help_ = did_you_mean(name, known) or "install it into the environment that runs this command"
                message = f"the plug-in `{name}`, which plugins.required names, is not installed"
                problems.append(Diagnostic("TC706", message, help=help_))
        for name in backends:
            if name not in self.backends:
                help_ = did_you_mean(name, self.backends) or "installed are " + ", ".join(self.backends)
                message = f"there is no back-end `{name}`, which targets.enable names"
                problems.append(Diagnostic("TC706", message, help=help_))
        if problems:
            raise TenantCompileError(problems)


class _Collector:
    """Calls hooks and keeps what is of the right kind; the rest becomes a problem of the plug-in that gave it."""

    def __init__(self, manager: pluggy.PluginManager, found: Mapping[str, Plugin], problems: list[Diagnostic]) -> None:
        self.manager = manager
        self.found = found
        self.problems = problems
        self.owners: dict[tuple[str, str], str] = {}

    def items(self, hook: str, kind: type[Any]) -> Iterator[Any]:
        """Call one hook of every plug-in."""
        for implementation in getattr(self.manager.hook, _PREFIX + hook).get_hookimpls():
            plugin = self.found[implementation.plugin_name]
            items = self._call(implementation.function, plugin, hook)
            if not isinstance(items, (list, tuple)) or not all(isinstance(item, kind) for item in items):
                message = f"{_PREFIX}{hook} returned {_describe(items)}, not a list of {kind.__name__}"
                self.problems.append(_problem("TC705", plugin, message))
                continue
            for item in items:
                yield item
                if hasattr(item, "name"):
                    self.owners.setdefault((hook, item.name), plugin.name)

    def named(self, hook: str, kind: type[Any]) -> dict[str, Any]:
        """Call one hook whose items have unique names."""
        result: dict[str, Any] = {}
        for item in self.items(hook, kind):
            if item.name in result:
                owner = self.found[self.owners[hook, item.name]]
                message = f"two plug-ins give a {hook.removesuffix('s').replace('_', ' ')} called `{item.name}`"
                help_ = f"uninstall one; the first is {owner.distribution} {owner.version}"
                self.problems.append(Diagnostic("TC703", message, help=help_))
            else:
                result[item.name] = item
        return result

    def _call(self, function: Callable[[], Any], plugin: Plugin, hook: str) -> Any:
        try:
            return function()
        except Exception as error:  # noqa: BLE001 - the plug-in border: whatever it raises is its own bug
            self.problems.append(_problem("TC704", plugin, f"{_PREFIX}{hook} raised {_error(error)}"))
            return ()


def load_plugins() -> Plugins:
    """Load the built-in plug-ins, and the installed ones if there are any. Broken ones are in `Plugins.problems`."""
    manager = _Manager("tenant_compiler")
    manager.add_hookspecs(hookspecs)
    found = [_register_built_in(manager, module) for module in _BUILT_IN]
    names = {plugin.name for plugin in found}
    for entry_point in _installed() if _any_installed() else ():
        plugin = _register(manager, entry_point, names)
        found.append(plugin)
        names.add(plugin.name)
    return Plugins(found, manager)


def _register_built_in(manager: pluggy.PluginManager, module: str) -> Plugin:
    name = module.split(".")[-2]
    __import__(module)
    manager.register(sys.modules[module], name)
    return Plugin(name, OURS, __version__, module, _hooks(sys.modules[module]), None)


def _register(manager: pluggy.PluginManager, entry_point: EntryPoint, names: set[str]) -> Plugin:
    """Load one installed plug-in on its own: what it breaks is named, and the others go on."""
    distribution: Distribution | None = entry_point.dist
    shown = Plugin(
        entry_point.name,
        distribution.name if distribution else "?",
        distribution.version if distribution else "?",
        entry_point.value,
        (),
        None,
    )
    if shown.name in names:
        help_ = "uninstall one of the two"
        message = f"two plug-ins are called `{shown.name}`; one is from {shown.distribution} {shown.version}"
        return shown._replace(problem=Diagnostic("TC703", message, help=help_))
    try:
        plugin = entry_point.load()
    except Exception as error:  # noqa: BLE001 - the plug-in border
        return shown._replace(problem=_problem("TC701", shown, f"could not be loaded: {_error(error)}"))
    written_for = getattr(plugin, "TENANT_COMPILER_API", None)
    if written_for != API_VERSION:
        said = "says no TENANT_COMPILER_API" if written_for is None else f"is written for API {written_for}"
        return shown._replace(problem=_problem("TC702", shown, f"{said}, but this version has API {API_VERSION}"))
    hooks = _hooks(plugin)
    unknown = [hook for hook in hooks if not hasattr(hookspecs, hook)]
    if unknown:
        hint = did_you_mean(unknown[0], [name for name in vars(hookspecs) if name.startswith(_PREFIX)])
        problem = _problem("TC702", shown, f"implements `{unknown[0]}`, which is no hook")
        return shown._replace(problem=problem._replace(help=hint or problem.help))
    manager.register(plugin, shown.name)
    return shown._replace(hooks=hooks)


def _hooks(plugin: Any) -> tuple[str, ...]:
    return tuple(name for name in sorted(dir(plugin)) if name.startswith(_PREFIX) and callable(getattr(plugin, name)))


def _any_installed() -> bool:
    """Whether any distribution on the path has an entry point of ours.

    A look at the files that entry points are read from. importlib.metadata would answer too, but importing it costs a
    third of the start-up of a hook, and most environments have no plug-in.
    """
    for folder in sys.path:
        try:
            entries = [
                e for e in os.scandir(folder or ".") if e.name.endswith((".dist-info", ".egg-info", ".egg", ".zip"))
            ]
        except OSError:
            continue
        for entry in entries:
            try:
                with open(os.path.join(entry.path, "entry_points.txt"), "rb") as file:
                    if f"[{GROUP}]".encode() in file.read():
                        return True
            except OSError:
                continue
    return False


def _installed() -> list[EntryPoint]:
    from importlib.metadata import entry_points  # noqa: PLC0415 - dear, and only with plug-ins

    return sorted(entry_points(group=GROUP), key=lambda point: (point.dist.name if point.dist else "", point.name))


def _problem(code: str, plugin: Plugin, message: str) -> Diagnostic:
    who = f"{plugin.distribution} {plugin.version}"
    help_ = f"upgrade or uninstall {plugin.distribution}, or report it to its authors"
    return Diagnostic(code, f"the plug-in `{plugin.name}` of {who} {message}", help=help_)


def plugin_failed(hook: str, name: str, error: Exception) -> Diagnostic:
    """Say that something a plug-in gave (`Plugins.is_built_in`'s arguments) raised while a tenant was built (TC704)."""
    what = {"backends": "back-end", "checks": "check", "rule_packs": "rule pack"}[hook]
    help_ = "upgrade or uninstall its plug-in, or report it to its authors; `tenant-compile plugins list` names it"
    return Diagnostic("TC704", f"the {what} `{name}` of a plug-in raised {_error(error)}", help=help_)


def _error(error: Exception) -> str:
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0]}" if text else type(error).__name__


def _describe(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return f"a list with {', '.join(sorted({type(item).__name__ for item in value}))} in it"
    return type(value).__name__
