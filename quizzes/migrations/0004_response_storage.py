import django.db.models.deletion
from django.db import migrations, models


def leave_room(apps, schema_editor) -> None:
    """Each answer is rewritten a few times. With room on its page PostgreSQL leaves the indexes alone then."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE quizzes_response SET (fillfactor = 60)")


def fill_up(apps, schema_editor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE quizzes_response RESET (fillfactor)")


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0003_written")]

    operations = [
        migrations.AlterField(
            model_name="response",
            name="attempt",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="responses",
                to="quizzes.attempt",
            ),
        ),
        migrations.RunPython(leave_room, fill_up),
    ]
