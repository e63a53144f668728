#include "trace/stories.h"
int doubt_stories(void)
{
    return 0;
}
