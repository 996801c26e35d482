"""The plug-ins of a run behind one typed face: built-in modules and installed distributions, through the same hooks."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

import pluggy

from tenant_compiler import __version__, hookspecs
from tenant_compiler.model.backend import API_VERSION, Backend, Extension, PlanCheck, RulePack
from tenant_compiler.model.diagnostic import Diagnostic, TenantCompileError
from tenant_compiler.model.record import NamedTuple
from tenant_compiler.plugin_discovery import any_installed, distribution_of, installed
from tenant_compiler.read.suggest import did_you_mean, near

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from importlib.metadata import EntryPoint

    from tenant_compiler.model.diagnostic import Place

OURS: Final = "tenant-compiler"
"""The distribution of the built-in plug-ins."""
_PREFIX: Final = "tenant_compiler_"
_CHECKS: Final = "tenant_compiler.plan.plugin"
_TARGETS: Final = {
    name: f"tenant_compiler.backends.{name}.plugin" for name in ("kubernetes", "terraform", "prometheus", "grafana")
}
"""The built-in back-ends' plug-ins by target."""


_WORDS: Final = {"backends": "back-end", "checks": "check", "rule_packs": "rule pack", "extensions": "section"}
"""What the hooks give, in words."""


class Plugin(NamedTuple):
    """A plug-in that was found, working or not."""

    name: str
    distribution: str
    version: str
    module: str
    hooks: tuple[str, ...]
    """The hooks that it implements; empty when it could not be loaded."""
    problem: Diagnostic | None
    """The first thing that is wrong with it."""


class NonsenseError(Exception):
    """A plug-in gave what no plug-in may give. The text goes on after "gave"."""


class _Manager(pluggy.PluginManager):
    """Takes functions by the names of the hooks, so that a plug-in need not import pluggy or us."""

    def parse_hookimpl_opts(self, plugin: Any, name: str) -> Any:
        if name.startswith(_PREFIX) and callable(getattr(plugin, name)):
            return {}
        return None

    def take(self, plugin: Any, name: str) -> None:
        """Register a plug-in and verify its hooks, or leave nothing of it.

        Raises:
            PluginValidationError: a hook takes arguments that it is not given, or is on no page.
        """
        try:
            self.register(plugin, name)
            self.check_pending()
        except pluggy.PluginValidationError:
            if self.is_registered(plugin):  # versions of pluggy differ in what they leave
                self.unregister(plugin)
            raise


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
        collect = _Collector(manager, found)
        self.backends: Mapping[str, Backend] = collect.named("backends", Backend)
        self.checks: Sequence[PlanCheck] = tuple(collect.named("checks", PlanCheck).values())
        self.rule_packs: Sequence[RulePack] = tuple(collect.named("rule_packs", RulePack).values())
        self.extensions: Mapping[str, Extension] = collect.named("extensions", Extension)
        self.problems: Sequence[Diagnostic] = tuple(collect.problems)
        self.found = tuple(collect.plugins)
        self._owners = collect.owners

    def is_built_in(self, hook: str, name: str) -> bool:
        """Whether a thing that a hook (``backends``, ``checks``, ``rule_packs``) gave is our own."""
        return self._owners[hook, name].distribution == OURS

    def require(self, names: Iterable[str], backends: Iterable[str], config: Place | None = None) -> None:
        """Make sure that nothing is broken and everything that the workspace names is there.

        Args:
            names: of plug-ins, as ``plugins.required`` lists them.
            backends: of targets, as ``targets.enable`` lists them; further ones may follow.
            config: where the workspace's configuration stands, for the findings' places.

        Raises:
            TenantCompileError: TC701 to TC706, exit code 2.
        """
        problems = list(self.problems)
        known = [plugin.name for plugin in self.found]
        for index, name in enumerate(names):
            if name not in known:
                place = config and config._replace(pointer=(*config.pointer, "plugins", "required", index))
                help_ = did_you_mean(name, known) or "install it into the environment that runs this command"
                message = f"the plug-in `{name}`, which plugins.required names, is not installed"
                problems.append(Diagnostic("TC706", message, place=place, help=help_))
        for index, name in enumerate(backends):
            if name not in self.backends:
                place = config and config._replace(pointer=(*config.pointer, "targets", "enable", index))
                help_ = did_you_mean(name, self.backends) or "installed are " + ", ".join(self.backends)
                message = f"there is no back-end `{name}`, which targets.enable names"
                problems.append(Diagnostic("TC706", message, place=place, help=help_))
        if problems:
            raise TenantCompileError(problems)


class _Collector:
    """Calls hooks and keeps what is of the right kind; the rest becomes a problem of the plug-in that gave it."""

    def __init__(self, manager: pluggy.PluginManager, found: Sequence[Plugin]) -> None:
        self.manager = manager
        self.plugins = list(found)
        self.problems = [plugin.problem for plugin in found if plugin.problem]
        self.owners: dict[tuple[str, str], Plugin] = {}

    def named(self, hook: str, kind: type[Any]) -> dict[str, Any]:
        """Call one hook of every plug-in. Names of what they give are unique; of two the first stays."""
        result: dict[str, Any] = {}
        implementations = getattr(self.manager.hook, _PREFIX + hook).get_hookimpls()
        functions = {implementation.plugin_name: implementation.function for implementation in implementations}
        for index, plugin in enumerate(self.plugins):
            # By name alone a broken plug-in would get the functions of the one whose name it has taken.
            if plugin.problem is None and plugin.name in functions:
                for item in self._items(index, hook, kind, functions[plugin.name]):
                    if item.name in result:
                        self._clash(index, hook, item.name)
                    else:
                        self.owners[hook, item.name] = plugin
                        result[item.name] = item
        return result

    def _items(self, index: int, hook: str, kind: type[Any], function: Callable[[], Any]) -> Sequence[Any]:
        plugin = self.plugins[index]
        if plugin.distribution == OURS:
            return tuple(function())
        try:
            items = function()
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the plug-in border: whatever it raises is its own bug
            self._add(index, _problem("TC704", plugin, f"raised {_error(error)} in {_PREFIX}{hook}"))
            return ()
        if not isinstance(items, (list, tuple)) or not all(isinstance(item, kind) for item in items):
            message = f"gave {_describe(items)} in {_PREFIX}{hook}, which takes a list of {kind.__name__}"
            self._add(index, _problem("TC705", plugin, message))
            return ()
        return self._guarded(index, hook, items)

    def _guarded(self, index: int, hook: str, items: Sequence[Any]) -> list[Any]:
        """What has no flaw, wrapped so that later nonsense is noticed where it is given."""
        from tenant_compiler.plugin_border import flaw, guard  # noqa: PLC0415 - most runs have no foreign plug-in

        sound = []
        for item in items:
            found = flaw(item)
            if found:
                self._add(index, _problem("TC705", self.plugins[index], f"gave, in {_PREFIX}{hook}, {found}"))
            else:
                sound.append(guard(item))
        return sound

    def _clash(self, index: int, hook: str, name: str) -> None:
        first, second = self.owners[hook, name], self.plugins[index]
        if first.distribution == OURS:
            help_ = f"uninstall {second.distribution}: built-in ones cannot be replaced"
        else:
            help_ = f"uninstall {first.distribution} or {second.distribution}"
        message = f"two plug-ins give a {_WORDS[hook]} called `{name}`: {_who(first)} and {_who(second)}"
        self._add(index, Diagnostic("TC703", message, help=help_))

    def _add(self, index: int, problem: Diagnostic) -> None:
        self.problems.append(problem)
        if self.plugins[index].problem is None:
            self.plugins[index] = self.plugins[index]._replace(problem=problem)


def load_plugins(targets: Collection[str] | None = None) -> Plugins:
    """Load the built-in plug-ins, and the installed ones if there are any. Broken ones are in `Plugins.problems`.

    Args:
        targets: the back-ends that the run needs. Where they are all built-in and nothing else is installed, the other
            back-ends are not imported, which is a fifth of the start-up of a hook. None: everything.
    """
    manager = _Manager("tenant_compiler")
    manager.add_hookspecs(hookspecs)
    foreign = installed() if any_installed() else []
    everything = targets is None or foreign or not _TARGETS.keys() >= set(targets)
    modules = [_CHECKS, *(module for name, module in _TARGETS.items() if everything or name in (targets or ()))]
    found = [_register_built_in(manager, module) for module in modules]
    for entry_point in foreign:
        found.append(_register(manager, entry_point, found))
    return Plugins(found, manager)


def _register_built_in(manager: _Manager, module: str) -> Plugin:
    name = module.split(".")[-2]
    __import__(module)
    manager.take(sys.modules[module], name)
    return Plugin(name, OURS, __version__, module, _hooks(sys.modules[module]), None)


def _register(manager: _Manager, entry_point: EntryPoint, others: Sequence[Plugin]) -> Plugin:
    """Load one installed plug-in on its own: what it breaks is named, and the others go on."""
    shown = Plugin(entry_point.name, *distribution_of(entry_point), entry_point.value, (), None)
    for other in others:
        if other.name == shown.name or other.module == shown.module:
            message = f"two plug-ins are called `{shown.name}`: {_who(other)} and {_who(shown)}"
            if other.name != shown.name:
                message = f"two plug-ins are the module {shown.module}: `{other.name}` and `{shown.name}`"
            help_ = f"uninstall {shown.distribution if other.distribution == OURS else 'one of the two'}"
            return shown._replace(problem=Diagnostic("TC703", message, help=help_))
    try:
        plugin = entry_point.load()
        hooks = _hooks(plugin)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the plug-in border
        return shown._replace(problem=_problem("TC701", shown, f"could not be loaded: {_error(error)}"))
    problem = _misfit(plugin, hooks, shown)
    if problem is None:
        try:
            manager.take(plugin, shown.name)
        except (pluggy.PluginValidationError, ValueError) as error:
            problem = _problem("TC702", shown, f"does not fit the hooks: {str(error).strip().splitlines()[-1]}")
    return shown._replace(problem=problem) if problem else shown._replace(hooks=hooks)


def _misfit(plugin: Any, hooks: Sequence[str], shown: Plugin) -> Diagnostic | None:
    """The problem of a plug-in that is not written for our page of hooks; None when it is."""
    written_for = getattr(plugin, "TENANT_COMPILER_API", None)
    if written_for != API_VERSION:
        said = "says no TENANT_COMPILER_API" if written_for is None else f"is written for API {written_for}"
        problem = _problem("TC702", shown, f"{said}, but this version of tenant-compiler has API {API_VERSION}")
        newer = isinstance(written_for, int) and written_for > API_VERSION
        upgrade = f"upgrade tenant-compiler, or install an older {shown.distribution}"
        return problem._replace(help=upgrade if newer else problem.help)
    known = [name for name in vars(hookspecs) if name.startswith(_PREFIX)]
    unknown = [hook for hook in hooks if hook not in known]
    if unknown:
        problem = _problem("TC702", shown, f"implements `{unknown[0]}`, which is no hook")
        # Without the prefix that all share: with it every name would be near every other.
        meant = near(unknown[0].removeprefix(_PREFIX), [name.removeprefix(_PREFIX) for name in known])
        help_ = f"did you mean `{_PREFIX}{meant}`?" if meant else "the hooks are " + ", ".join(known)
        return problem._replace(help=help_)
    if not hooks:
        return _problem("TC702", shown, f"implements no hook; {shown.module} has none of " + ", ".join(known))
    return None


def _hooks(plugin: Any) -> tuple[str, ...]:
    return tuple(name for name in sorted(dir(plugin)) if name.startswith(_PREFIX) and callable(getattr(plugin, name)))


def _problem(code: str, plugin: Plugin, message: str) -> Diagnostic:
    help_ = f"upgrade or uninstall {plugin.distribution}, or report it to its authors"
    return Diagnostic(code, f"the plug-in `{plugin.name}` of {_who(plugin)} {message}", help=help_)


def plugin_failed(hook: str, name: str, error: Exception) -> Diagnostic:
    """Say that something a plug-in gave (`Plugins.is_built_in`'s arguments) failed while a tenant was built.

    Returns:
        TC705 when it gave nonsense, else TC704.
    """
    help_ = "upgrade or uninstall its plug-in, or report it to its authors; `tenant-compile plugins list` names it"
    nonsense = isinstance(error, NonsenseError)
    code, what = ("TC705", f"gave {error}") if nonsense else ("TC704", f"raised {_error(error)}")
    return Diagnostic(code, f"the {_WORDS[hook]} `{name}` of a plug-in {what}", help=help_)


def _who(plugin: Plugin) -> str:
    return f"{plugin.distribution} {plugin.version}"


def _error(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0]}" if text else type(error).__name__


def _describe(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return f"a list with {', '.join(sorted({type(item).__name__ for item in value}))} in it"
    return type(value).__name__
