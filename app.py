"""firstdose in the browser: who may come in, the menu, filters for every page, one error boundary."""

from firstdose import ui
from firstdose.errors import FirstdoseError

ui.begin()
if ui.admitted():
    page = ui.navigation()
    try:
        ui.open_view(page)
        page.run()
    except FirstdoseError as error:
        ui.show_error(error)
