"""`{% extends %}` as Django has it, but for one thing: what blocks a parent holds is looked up once, not for each page."""

from django import template
from django.template.base import TextNode
from django.template.loader_tags import BLOCK_CONTEXT_KEY, BlockContext, BlockNode, ExtendsNode, do_extends

register = template.Library()


class Extends(ExtendsNode):
    found: template.Template | None = None

    def get_parent(self, context) -> template.Template:
        """Looked up once where templates are kept anyway. One that extends its namesake is looked for each time."""
        if self.found is not None:
            return self.found
        parent = super().get_parent(context)
        engine = context.template.engine
        constant = not self.parent_name.filters and isinstance(self.parent_name.var, str)
        if constant and not engine.debug and parent.name != context.template.name:
            self.found = parent
        return parent

    def render(self, context) -> str:
        parent = self.get_parent(context)
        blocks = context.render_context.setdefault(BLOCK_CONTEXT_KEY, BlockContext())
        blocks.add_blocks(self.blocks)
        blocks.add_blocks(_blocks_of_root(parent))
        with context.render_context.push_state(parent, isolated_context=False):
            return parent._render(context)


def _blocks_of_root(parent: template.Template) -> dict[str, BlockNode]:
    """Empty for a parent that extends another: its own `{% extends %}` adds them."""
    if not hasattr(parent, "blocks_of_root"):
        first = next((node for node in parent.nodelist if not isinstance(node, TextNode)), None)
        found = [] if isinstance(first, ExtendsNode) else parent.nodelist.get_nodes_by_type(BlockNode)
        parent.blocks_of_root = {node.name: node for node in found}
    return parent.blocks_of_root


@register.tag
def extends(parser, token) -> Extends:
    node = do_extends(parser, token)
    return Extends(node.nodelist, node.parent_name)
