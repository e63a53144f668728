#include "trace/stories.h"
int hold_stories(void)
{
    return 0;
}
